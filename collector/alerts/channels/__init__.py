"""One file a channel; the first word of a channel's URL is the name of its file."""
