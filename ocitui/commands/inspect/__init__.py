"""`ocitui inspect`: the documents of an image, as text, JSON, a Dockerfile or dive's JSON."""
