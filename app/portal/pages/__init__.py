"""The routes of the customer's pages, one file per group."""
