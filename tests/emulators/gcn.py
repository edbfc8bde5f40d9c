"""GCN's token service (OAuth client credentials), as the public documentation has it."""

from __future__ import annotations

import json

from .server import Answer

CLIENT, SECRET, TOKEN = "a-client", "very-secret-7f3", "token-of-gcn-123"


def speak(path: str, said: dict[str, str]) -> Answer:
    if path != "/oauth2/token" or said.get("grant_type") != "client_credentials":
        return 404, "application/json", b"{}"
    if (said.get("client_id"), said.get("client_secret")) != (CLIENT, SECRET):
        return 401, "application/json", b'{"error": "invalid_client"}'
    found = {"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"}
    return 200, "application/json", json.dumps(found).encode()
