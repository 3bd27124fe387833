"""The namespaces that the graph uses, and how identifiers are read off IRIs."""

BASE = "https://w3id.org/zhicheng/"
ONTOLOGY = BASE + "ontology"
ID = BASE + "id/"
POLICY = ID + "policy/"

ZC = ONTOLOGY + "#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
XSD = "http://www.w3.org/2001/XMLSchema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DCTERMS = "http://purl.org/dc/terms/"
PROV = "http://www.w3.org/ns/prov#"
ELI = "http://data.europa.eu/eli/ontology#"

# The prefixes under which terms are written where people read them, each the customary one of its vocabulary.
PREFIXES = {
    "zc": ZC, "rdf": RDF, "rdfs": RDFS, "xsd": XSD, "skos": SKOS, "dcterms": DCTERMS, "prov": PROV, "eli": ELI,
    "owl": "http://www.w3.org/2002/07/owl#", "dcat": "http://www.w3.org/ns/dcat#", "void": "http://rdfs.org/ns/void#",
    "sd": "http://www.w3.org/ns/sparql-service-description#", "foaf": "http://xmlns.com/foaf/0.1/", "m8g": "http://data.europa.eu/m8g/",
    "cpsv": "http://purl.org/vocab/cpsv#", "schema": "https://schema.org/", "oa": "http://www.w3.org/ns/oa#", "vann": "http://purl.org/vocab/vann/",
}  # fmt: skip


def compact(iri: str) -> str:
    """An IRI with its customary prefix, `eli:cites`; the IRI itself where it has none."""
    for prefix, namespace in PREFIXES.items():
        local = iri[len(namespace) :]
        if iri.startswith(namespace) and local and not set(local) & set("/#"):
            return f"{prefix}:{local}"
    return iri


def slug(iri: str) -> str:
    """The last segment of an IRI: `senior-engineer` of `…/id/title/senior-engineer`."""
    return iri.rsplit("/", 1)[-1].rsplit("#", 1)[-1]


def scheme_of(iri: str) -> str | None:
    """The concept scheme of a concept's IRI, or None when the IRI is no concept's.

    `…/id/title/engineer` is of `title`; what lies under `…/id/policy/` is a document or a part of one, never a concept.
    """
    if not iri.startswith(ID):
        return None
    parts = iri[len(ID) :].split("/")
    return parts[0] if len(parts) == 2 and parts[0] != "policy" else None


def policy_of(iri: str) -> str | None:
    """The policy that an IRI names or lies in, as its slug, or None."""
    return iri[len(POLICY) :].split("/")[0] if iri.startswith(POLICY) else None
