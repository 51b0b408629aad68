"""A ruleset of one rule: quick to compile, with a part of each kind."""

THEFT = """\
topic: theft
labels: {en: Theft}
terms:
  ru: {4: [угнать ... табун], 2: [вор]}
near:
  ru: [{weight: 4, all: [[лошадь, корова], [украсть, похитить]]}]
unless: {fiction: }
examples:
  ru: {yes: [Вора нашли.], no: [fiction: Снят фильм о воре.]}
"""

SHARED = {
    "classes.yaml": "detain: {ru: [задержать]}",
    "contexts.yaml": "denial: {after: {ru: [нет]}}\nfiction: {sentence: {ru: [фильм]}}",
    "places.yaml": "regions: []",
    "organisations.yaml": "organisations: []",
    "names.yaml": "{male: [], female: []}",
    "figures.yaml": "{people: {}, kinds: {}, drugs: {}, currencies: {}, roles: {}}",
    "severity.yaml": "{critical: {}, high: {}, low: {}, figures: {}}",
}
"""The files that every ruleset has, almost empty."""
