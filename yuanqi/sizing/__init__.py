"""The size class of every enterprise (大中小微), by rules that the park keeps."""
