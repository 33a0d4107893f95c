"""One file per section of the context: joined digests in, the section or its reasoned absence out."""
