-- Where bearerbox keeps which report belongs to which message: sqlite3 dlr.db < dlr.sql
CREATE TABLE IF NOT EXISTS dlr (
    smsc TEXT NOT NULL,
    ts TEXT NOT NULL,
    source TEXT,
    destination TEXT,
    service TEXT,
    url TEXT,
    mask INTEGER,
    status INTEGER,
    boxc TEXT
);
CREATE INDEX IF NOT EXISTS dlr_smsc_ts ON dlr (smsc, ts);
