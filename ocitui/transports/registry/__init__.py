"""Images straight from a registry: ``docker://host/repository:tag``.

Implements distribution-spec, Pulling manifests and Pulling blobs, and the files by which
users of the containers tools say what a registry is, and who they are to it. ``urllib3`` is
imported by nothing but `ocitui.transports.registry.http.connections`.
"""
