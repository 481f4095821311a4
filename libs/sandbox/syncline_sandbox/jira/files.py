"""Files on issues: sent as forms with a header against forgery, fetched from another place that a redirect names."""

from re import compile as pattern
from urllib.parse import unquote

from syncline_sandbox.calls import Answer, Call, Operation, as_json
from syncline_sandbox.jira.board import ADDRESS, API, ONE, Board, Paper
from syncline_sandbox.jira.documents import Documents
from syncline_sandbox.jira.refusals import collection, refuse
from syncline_sandbox.store import Stored

MOST_FILES = 60
FORGED = "XSRF check failed"
NO_FILES = "You do not have permission to create attachments for this issue."


class Files:
    def __init__(self, board: Board, documents: Documents) -> None:
        self._board, self._documents = board, documents
        self.always_redirects = False  # whatever is asked for

    def operations(self) -> list[Operation]:
        content = pattern(rf"{API}/attachment/content/(?P<id>\d+)")
        media = pattern(r"/_media/file/(?P<id>\d+)")
        return [
            Operation("attachment.create", "POST", pattern(rf"{ONE}/attachments"), self.create, writes=True),
            Operation("attachment.meta", "GET", pattern(rf"{API}/attachment/meta"), self.meta),
            Operation("attachment.content", "GET", content, self.content),
            Operation("attachment.media", "GET", media, self.media, "public"),
        ]

    def meta(self, call: Call, caller: str) -> Answer:
        return as_json({"enabled": True, "uploadLimit": self._board.largest_file})

    def create(self, call: Call, caller: str) -> Answer:
        stored = self._board.issue_of(call, caller)
        if call.headers.get("x-atlassian-token", "").lower() not in ("no-check", "nocheck"):
            return Answer(403, FORGED.encode(), {"Content-Type": "text/html;charset=UTF-8"})
        self._board.must(caller, "CREATE_ATTACHMENTS", NO_FILES)
        if call.content_type != "multipart/form-data":
            return collection(415, "Unsupported Media Type")
        parts = [it for it in _parts(call) if it[0] == "file"]
        if not 0 < len(parts) <= MOST_FILES:
            raise refuse(400, f"Between 1 and {MOST_FILES} parts named file are needed.")
        if any(len(content) > self._board.largest_file for _, _, _, content in parts):
            raise refuse(413, "The file exceeds the maximum attachment size.")
        made = [self.keep(stored, name, content, kind, caller) for _, name, kind, content in parts]
        return as_json([self._documents.paper(it, caller) for it in made])

    def keep(self, stored: Stored, name: str, content: bytes, kind: str, by: str) -> Paper:
        paper = Paper(
            self._board.new_id(), stored.id, name, content, kind, by, self._board.store.clock.stamp()
        )
        self._board.papers[paper.id] = paper
        self._board.store.touch(stored, by)
        self._board.store.noted(stored, "attached", by, {"attachment": paper.id, "filename": name})
        return paper

    def content(self, call: Call, caller: str) -> Answer:
        paper = self._paper(call)
        self._board.issue(paper.issue, caller)
        if self.always_redirects or call.get("redirect", "true").lower() == "true":
            return Answer(303, b"", {"Location": f"{ADDRESS}/_media/file/{paper.id}?token=signed"})
        return self._whole(paper)

    def media(self, call: Call, caller: str) -> Answer:
        """Whoever has the signed address may fetch it."""
        if call.get("token") != "signed":
            return collection(403, "The token is not valid.")
        return self._whole(self._paper(call))

    def _paper(self, call: Call) -> Paper:
        paper = self._board.papers.get(call.params["id"])
        if paper is None:
            raise refuse(404, f"The attachment with id '{call.params['id']}' does not exist")
        return paper

    def _whole(self, paper: Paper) -> Answer:
        return Answer(200, paper.content, {"Content-Type": paper.kind})


def _parts(call: Call) -> list[tuple[str, str, str, bytes]]:
    """Name, file name, content type and content of each."""
    boundary = call.headers["content-type"].partition("boundary=")[2].strip().strip('"')
    if not boundary or not call.body.rstrip().endswith(f"--{boundary}--".encode()):
        raise refuse(400, "The form is not complete.")
    found = list[tuple[str, str, str, bytes]]()
    for piece in call.body.split(f"--{boundary}".encode())[1:-1]:
        head, _, content = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        lines = dict(_header(it) for it in head.decode().split("\r\n"))
        told = dict(_parameter(it) for it in lines.get("content-disposition", "").split(";")[1:])
        kind = lines.get("content-type", "application/octet-stream")
        found.append((told.get("name", ""), told.get("filename", ""), kind, content.removesuffix(b"\r\n")))
    return found


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip().lower(), value.strip()


def _parameter(text: str) -> tuple[str, str]:
    name, _, value = text.strip().partition("=")
    return name, unquote(value.strip('"'))
