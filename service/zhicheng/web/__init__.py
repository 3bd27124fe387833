"""How it is said: pages and the JSON API. The only place that knows Flask."""
