-- Users and what makes them members.
-- email_key is the address in lower case: two addresses that differ in case only are one.
CREATE TABLE users (
    id            INTEGER PRIMARY KEY,
    email         TEXT NOT NULL,
    email_key     TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL DEFAULT '',
    avatar        TEXT NOT NULL DEFAULT '',
    password_hash TEXT,
    totp_secret   TEXT,
    totp_used     INTEGER NOT NULL DEFAULT 0,
    active        INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
    created_at    REAL NOT NULL,
    last_login_at REAL
) STRICT;

-- A person at an identity provider is known by these three, never by an e-mail address.
CREATE TABLE identities (
    provider      TEXT NOT NULL,
    issuer        TEXT NOT NULL,
    subject       TEXT NOT NULL,
    user_id       INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at    REAL NOT NULL,
    last_login_at REAL NOT NULL,
    PRIMARY KEY (provider, issuer, subject)
) STRICT, WITHOUT ROWID;

CREATE INDEX identities_of_user ON identities (user_id);

CREATE TABLE members (
    id           INTEGER PRIMARY KEY,
    organization TEXT NOT NULL,
    user_id      INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role         TEXT NOT NULL,
    joined_at    REAL NOT NULL,
    UNIQUE (organization, user_id)
) STRICT;

CREATE TABLE team_members (
    member_id INTEGER NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    team      TEXT NOT NULL,
    PRIMARY KEY (member_id, team)
) STRICT, WITHOUT ROWID;

-- Sessions, by the SHA-256 of their token.
CREATE TABLE sessions (
    token_hash TEXT PRIMARY KEY,
    user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    method     TEXT NOT NULL CHECK (method IN ('sso', 'password')),
    trace_id   TEXT NOT NULL,
    created_at REAL NOT NULL,
    expires_at REAL NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- When single sign-on was completed in a session, for each organization.
CREATE TABLE session_sso (
    token_hash   TEXT NOT NULL REFERENCES sessions (token_hash) ON DELETE CASCADE,
    organization TEXT NOT NULL,
    provider     TEXT NOT NULL,
    sso_at       REAL NOT NULL,
    PRIMARY KEY (token_hash, organization)
) STRICT, WITHOUT ROWID;

-- Logins on their way through an identity provider. State (SAML: RelayState) and browser are kept as hashes.
CREATE TABLE pending_logins (
    state_hash    TEXT PRIMARY KEY,
    browser_hash  TEXT NOT NULL,
    trace_id      TEXT NOT NULL,
    organization  TEXT NOT NULL,
    provider      TEXT NOT NULL,
    nonce         TEXT,
    code_verifier TEXT,
    request_id    TEXT,
    next_page     TEXT NOT NULL,
    created_at    REAL NOT NULL,
    expires_at    REAL NOT NULL,
    used_at       REAL
) STRICT, WITHOUT ROWID;

CREATE INDEX pending_logins_of_browser ON pending_logins (browser_hash, created_at);

-- Authorization responses that were posted across sites, until the browser fetches them with its cookies.
CREATE TABLE posted_responses (
    handle_hash TEXT PRIMARY KEY,
    mode        TEXT NOT NULL,
    parameters  TEXT NOT NULL,
    expires_at  REAL NOT NULL
) STRICT, WITHOUT ROWID;

-- Users who proved the first factor and still owe Sentry's second one; one for each browser.
CREATE TABLE second_factors (
    browser_hash TEXT PRIMARY KEY,
    user_id      INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    method       TEXT NOT NULL CHECK (method IN ('sso', 'password')),
    trace_id     TEXT NOT NULL,
    organization TEXT NOT NULL,
    provider     TEXT NOT NULL,
    next_page    TEXT NOT NULL,
    attempts     INTEGER NOT NULL DEFAULT 0,
    expires_at   REAL NOT NULL
) STRICT, WITHOUT ROWID;

-- Messages for the next page of a browser.
CREATE TABLE flashes (
    browser_hash TEXT PRIMARY KEY,
    message      TEXT NOT NULL,
    expires_at   REAL NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE failed_passwords (
    id        INTEGER PRIMARY KEY,
    email_key TEXT NOT NULL,
    failed_at REAL NOT NULL
) STRICT;

CREATE INDEX failed_passwords_by_user ON failed_passwords (email_key, failed_at);

-- SAML assertions that were delivered, until they expire: each is good once.
CREATE TABLE used_assertions (
    issuer     TEXT NOT NULL,
    id         TEXT NOT NULL,
    expires_at REAL NOT NULL,
    PRIMARY KEY (issuer, id)
) STRICT, WITHOUT ROWID;

-- What a logout message needs to know of a SAML login; its sessions have the same trace_id.
CREATE TABLE saml_logins (
    trace_id          TEXT PRIMARY KEY,
    provider          TEXT NOT NULL,
    issuer            TEXT NOT NULL,
    name_id           TEXT NOT NULL,
    name_id_format    TEXT,
    name_qualifier    TEXT,
    sp_name_qualifier TEXT,
    session_index     TEXT,
    expires_at        REAL NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX saml_logins_by_name ON saml_logins (issuer, name_id);
