"""The protocols: we grant access (`server`), and we ask providers for access (`link`)."""
