"""How the clouds want a request signed: values in, headers out. Pure, so the clock and the nonce are handed in."""
