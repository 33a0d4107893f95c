"""One file per section: joined digests in, the section or its reasoned absence out."""
