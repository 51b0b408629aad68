"""The desk: the watch in a browser. Pages are rendered on the server from the answers that the commands print.

`application.build` makes the web application of a `Desk`; `server` runs it. Each page has a twin in JSON, works without
JavaScript, and asks nothing of any other site.
"""

import sys

# The search client imports every HTTP library that it could use. The desk talks through urllib3, and aiohttp is 8 MB.
if "aiohttp" not in sys.modules:
    sys.modules["aiohttp"] = None  # type: ignore[assignment]  # «not installed», for this one import
    try:
        import elastic_transport  # noqa: F401
    finally:
        del sys.modules["aiohttp"]
