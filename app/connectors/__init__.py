"""What each provider is like: how she links it, and how posts are fetched from it.

`catalogue` knows them all; one package per provider. A connector turns a provider's answers into
`context.post.Post`; nothing it reads is kept here, logged here, or quoted in an error.
"""
