"""Camera, decoding engines and the cascade that tries them in turn."""
