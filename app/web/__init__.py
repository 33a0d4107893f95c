"""What all HTTP faces share: errors as documents, who is calling, limits, security headers."""
