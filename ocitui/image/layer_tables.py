"""The tables of contents of layers in a registry: those that descriptors name, and those that only asking tells of."""

from dataclasses import replace

from ocitui.image.image import Layer
from ocitui.image.node import Node
from ocitui.image.soci import Ztocs, look_up_ztocs
from ocitui.layers.basis import Source
from ocitui.layers.scan.request import LayerRequest
from ocitui.layers.toc.errors import ElsewhereError, TableError, unusable_text
from ocitui.layers.toc.table import Part, TableOfContents
from ocitui.spec.digest import Digest
from ocitui.spec.media_type import is_tar
from ocitui.transports.transport import HasTables, Transport

LOOKED_AT_FROM = 10_000_000
"""Bytes of a layer from which on it is worth a request to look at its end."""


class LayerTables:
    """The tables of the layers of one place, as far as they are known. For several threads."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._found: dict[Digest, TableOfContents | None] = {}
        self._images: dict[Digest, Node | None] = {}
        """Of layers that were requested, the node of an image that each is of."""
        self._ztocs: dict[Node, Ztocs] = {}
        """Of images that were looked up, which is once for all of their layers."""
        self._tars: dict[Digest, LayerRequest | None] = {}
        """Of blobs of artifacts that are tars by media type, what they are; None where that is not to be had."""

    def request(self, layer: Layer) -> LayerRequest:
        """Return the blob to read in order to index a layer, or raise as `Layer.locate` does."""
        digest = layer.descriptor.digest
        request = self._tars.get(digest) if digest is not None else None
        try:
            request = request or layer.request(self._transport)
        finally:
            if digest is not None and self.is_unread(layer):
                self._tars[digest] = request
        self._images[request.digest] = layer.image_node
        return replace(request, table=self._found[request.digest]) if request.digest in self._found else request

    def is_unread(self, layer: Layer) -> bool:
        """True if only the first bytes tell whether a blob of an artifact is a tar, and `request` has to fetch them."""
        is_remote = layer.blob is not None and layer.blob.is_remote
        is_tar_or_file = bool(layer.file_path) and is_tar(layer.descriptor.media_type)
        return is_remote and is_tar_or_file and layer.descriptor.digest not in self._tars

    def bytes_to_fetch(self, layer: Layer) -> int:
        """Bytes that indexing a layer fetches over a network, as far as is known."""
        digest, blob = layer.descriptor.digest, layer.blob
        if digest is None or blob is None or not blob.is_remote:
            return 0
        table = self._found[digest] if digest in self._found else layer.table_at(blob)
        return table.size if table is not None else layer.descriptor.size or 0

    def is_worth_a_look(self, request: LayerRequest) -> bool:
        """True if nobody has looked yet for a table that no document names, and the layer is large enough for that."""
        is_large = request.blob.is_remote and (request.size or 0) >= LOOKED_AT_FROM
        return is_large and request.table is None and not request.title and request.digest not in self._found

    def look(self, request: LayerRequest) -> LayerRequest:
        """The same request, with the table that SOCI has, or that the end of the layer tells of. Asks the registry."""
        from ocitui.layers.toc.probe import probe  # few layers need it

        assert request.size is not None, "it was worth a look"
        table = None
        try:
            table = self._ztoc(request.digest, self._images.get(request.digest))
            if table is None or table.size >= request.size:
                table = probe(request.blob, request.size)
        except ElsewhereError:
            table = self._in_other_image(request, TableOfContents(Source.ESTARGZ, None, 0))
        finally:
            self._found[request.digest] = table
        return replace(request, table=table)

    def settle(self, request: LayerRequest, error: TableError) -> str:
        """Find out what is to be read instead of a table that could not be; `request` says it from now on.

        Returns:
            The reason why it is the layer itself; empty where it is the table, at another place.
        """
        before, table = request.table, None
        assert before is not None, "it was read"
        self._found[request.digest] = None
        if isinstance(error, ElsewhereError) and before.blob is None:
            if not error.size:
                table = self._in_other_image(request, before)
            elif before.part is None:  # else it is at another place each time
                part = Part((request.size or 0) - error.size, error.size, 0)
                table = replace(before, size=part.size, part=part)
        self._found[request.digest] = table
        if table is not None:
            return ""
        is_absent = isinstance(error, ElsewhereError)
        return unusable_text(before.source, f"{error}, which does not have it") if is_absent else str(error)

    def compared(self, request: LayerRequest, layer: Layer) -> LayerRequest:
        """The same request, with the table that the layer is to be compared with while it is read."""
        table, descriptor = layer.table, layer.descriptor
        if table is None and self.is_worth_a_look(request):
            table = self._ztoc(request.digest, layer.image_node)
        if table is not None and table.source is Source.ESTARGZ:
            from ocitui.layers.toc.probe import probe  # few layers need it

            try:
                probe(request.blob, descriptor.size or 0)
            except ElsewhereError:
                table = self._in_other_image(request, table)
        return replace(request, compared=table)

    def _ztoc(self, digest: Digest, image: Node | None) -> TableOfContents | None:
        if image is None:
            return None
        if image not in self._ztocs:
            self._ztocs[image] = look_up_ztocs(self._transport, image)
        return self._ztocs[image].get(digest)

    def _in_other_image(self, request: LayerRequest, table: TableOfContents) -> TableOfContents | None:
        found = self._transport.find_table(request.digest) if isinstance(self._transport, HasTables) else None
        return replace(table, size=found.size or 0, blob=found) if found is not None else None
