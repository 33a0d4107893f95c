"""Northwind Broadband's service desk: a company that asks its customers for their context.

It is a demonstration, and an example for whoever integrates a desk of their own. `consent` asks
the customer by OAuth 2.1, `reading` reads what she granted, `view` turns it into what an agent
sees, and `desk` is the web application around them. Nothing here is imported from the service: a
real company would have only its documentation, too.
"""

from app.sandbox.company.desk import create_company

__all__ = ["create_company"]
