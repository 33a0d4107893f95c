"""We ask providers for access to a customer's account: the client side of OAuth.

`provider` describes a provider, `register` makes us known to one of its instances, `flow` sends
her there and takes her back. Nothing here stores anything: what must survive until she returns
is handed to the caller, who keeps it. Next door, `oauth.server` is the side that grants.
"""
