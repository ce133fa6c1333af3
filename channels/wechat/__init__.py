"""WeChat: the official account ("oa") and the mini-program ("mp").

In:  `webhook` (HTTP) -> `crypto` -> `payloads` (bytes to fields) -> `messages` and `events` (fields to contracts) -> inbox.
Out: `sender` (our port) -> `texts`, `templates` (what the platform takes) -> `client` -> `tokens`, `http`;
     `errors` reads the answer.
"""
