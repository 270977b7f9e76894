"""Colors brought to a base color, as WebShop does before it compares options.

Source of the words and of the rule (the first of them, in alphabetical order, that the text contains):
`web_agent_site/engine/normalize.py` of princeton-nlp/WebShop, MIT.
"""

import re
from functools import lru_cache

_WORDS = """
alabaster apricot aqua ash asphalt azure banana beige black blue blush bordeaux bronze brown burgundy
camel camo caramel champagne charcoal cheetah chestnut chocolate christmas coffee cognac copper coral
cranberry cream crystal dark denim eggplant elephant espresso fuchsia gold granite grape graphite grass
gray green grey heather indigo ivory ivy khaki lavender lemon leopard light lilac lime magenta maroon
mauve merlot midnight mint mocha multicolor mushroom mustard natural navy nude olive orange peach pewter
pink plum purple rainbow red rose royal rust sand sapphire seashell silver skull slate steel stone
stonewash sunflower tan taupe teal tiger turquoise violet walnut wheat white wine yellow
"""
COLORS = tuple(_WORDS.split())


@lru_cache(maxsize=4096)
def base_color(text: str, whole_words: bool = False) -> str:
    """The base color in a text, or the text itself where it has none.

    WebShop finds colors inside other words; with `whole_words` only where they stand alone.

    >>> base_color("dark navy blue"), base_color("standard"), base_color("standard", True)
    ('blue', 'tan', 'standard')
    """
    words = re.findall(r"[a-z]+", text) if whole_words else [text]
    found = (c for c in COLORS if (c in words if whole_words else c in text))
    return next(found, text)
