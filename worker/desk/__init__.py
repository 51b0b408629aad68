"""The desk: the watch in a browser. Pages are rendered on the server from the answers that the commands print.

`application.build` makes the web application of a `Desk`; `server` runs it. Each page has a twin in JSON, works without
JavaScript, and asks nothing of any other site.
"""
