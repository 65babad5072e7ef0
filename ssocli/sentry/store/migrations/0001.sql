-- Times are seconds since the epoch. What must not be known from the file (session tokens, states, browser ids) is
-- stored as its SHA-256 only.

CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    email TEXT NOT NULL COLLATE NOCASE UNIQUE,
    name TEXT NOT NULL DEFAULT '',
    avatar TEXT NOT NULL DEFAULT '',
    password_hash TEXT,
    totp_secret TEXT,
    active INTEGER NOT NULL DEFAULT 1,
    created_at REAL NOT NULL,
    last_login_at REAL
) STRICT;

-- Who somebody is at a provider: never the e-mail.
CREATE TABLE identities (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    provider TEXT NOT NULL,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    created_at REAL NOT NULL,
    last_verified_at REAL NOT NULL,
    UNIQUE (provider, issuer, subject)
) STRICT;

CREATE TABLE members (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    organization TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('member', 'admin', 'manager', 'owner')),
    disabled INTEGER NOT NULL DEFAULT 0,
    joined_at REAL NOT NULL,
    UNIQUE (user_id, organization)
) STRICT;

CREATE TABLE member_teams (
    member_id INTEGER NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    team TEXT NOT NULL,
    PRIMARY KEY (member_id, team)
) STRICT;

CREATE TABLE sessions (
    id INTEGER PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    method TEXT NOT NULL CHECK (method IN ('sso', 'password')),
    created_at REAL NOT NULL,
    expires_at REAL NOT NULL
) STRICT;

-- When a session last completed SSO, per organization: SSO at one says nothing about another.
CREATE TABLE session_sso (
    session_id INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    organization TEXT NOT NULL,
    completed_at REAL NOT NULL,
    PRIMARY KEY (session_id, organization)
) STRICT;

-- A login between the redirect to the identity provider and its answer. Several per browser: a second tab is no error.
CREATE TABLE pending_logins (
    state_hash TEXT PRIMARY KEY,
    browser_hash TEXT NOT NULL,
    trace_id TEXT NOT NULL,
    organization TEXT NOT NULL,
    provider TEXT NOT NULL,
    nonce TEXT,
    code_verifier TEXT,
    redirect_uri TEXT NOT NULL,
    next_url TEXT,
    created_at REAL NOT NULL,
    expires_at REAL NOT NULL,
    used_at REAL
) STRICT;
CREATE INDEX pending_logins_by_browser ON pending_logins (browser_hash);

-- A login that waits for Sentry's own second factor.
CREATE TABLE pending_second_factors (
    browser_hash TEXT PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    trace_id TEXT NOT NULL,
    organization TEXT NOT NULL,
    method TEXT NOT NULL CHECK (method IN ('sso', 'password')),
    next_url TEXT,
    tries INTEGER NOT NULL DEFAULT 0,
    expires_at REAL NOT NULL
) STRICT;

-- An authorization response that came by a cross-site POST, without our cookies: kept until the browser fetches it.
CREATE TABLE posted_responses (
    handle_hash TEXT PRIMARY KEY,
    parameters TEXT NOT NULL,
    expires_at REAL NOT NULL
) STRICT;

-- A message that the browser's next page shows once.
CREATE TABLE notices (
    id INTEGER PRIMARY KEY,
    browser_hash TEXT NOT NULL,
    kind TEXT NOT NULL,
    message TEXT NOT NULL,
    expires_at REAL NOT NULL
) STRICT;
CREATE INDEX notices_by_browser ON notices (browser_hash);

CREATE TABLE login_attempts (
    email TEXT NOT NULL COLLATE NOCASE,
    attempted_at REAL NOT NULL
) STRICT;
CREATE INDEX login_attempts_by_email ON login_attempts (email, attempted_at);
