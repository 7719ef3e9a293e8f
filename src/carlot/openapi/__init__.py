"""The description of the API, OpenAPI 3.1, made from ROUTES and the models that the handlers read.

- `document`    puts it together
- `operations`  what each endpoint takes and gives, beside its row in ROUTES and its handler's docstring
- `shapes`      what an answer looks like
"""
