"""What the authorization server costs, beside node-oidc-provider in the same run."""
