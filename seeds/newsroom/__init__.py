"""Sample news of our own, and the local sites that publish them: `with Newsroom() as newsroom: …`."""

from seeds.newsroom.expectations import Expectation
from seeds.newsroom.newsroom import Newsroom, Premises
from seeds.newsroom.service import Troubles
from seeds.newsroom.sites import SITES
from seeds.newsroom.stories import Query, Story, load_queries, load_stories

__all__ = ["SITES", "Expectation", "Newsroom", "Premises", "Query", "Story", "Troubles", "load_queries", "load_stories"]
