"""The description of the API, OpenAPI 3.1, made from ROUTES, the docstrings of their handlers, and the models of their bodies.

- `document`    builds the description
- `shapes`      the JSON Schemas of responses
"""
