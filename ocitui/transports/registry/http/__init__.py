"""One request and its answer: connections, TLS, proxies, addresses that may be asked, and what goes wrong."""
