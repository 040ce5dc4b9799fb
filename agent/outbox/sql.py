"""The outbox's statements."""

PENDING = "SELECT seq, body FROM screening WHERE done_at IS NULL AND seq > ? ORDER BY seq LIMIT ?"
THESE = """
SELECT seq, body FROM screening
WHERE done_at IS NULL AND seq IN (SELECT value FROM json_each(?)) ORDER BY seq
"""
WAITING = "SELECT count(*) FROM screening WHERE done_at IS NULL"
LAST_SEQ = """
SELECT max(
    coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'screening'), 0),
    coalesce((SELECT max(seq) FROM screening), 0))
"""
LAST_BODY = "SELECT body FROM screening ORDER BY seq DESC LIMIT 1"
OLDEST = "SELECT min(seq) FROM screening"
MARK_DONE = """
UPDATE screening SET done_at = ? WHERE seq IN (
    SELECT seq FROM screening
    WHERE done_at IS NULL AND seq BETWEEN ? AND ? AND seq NOT IN (SELECT value FROM json_each(?))
    ORDER BY seq LIMIT ?)
"""
MARK_WAITING = """
UPDATE screening SET done_at = NULL WHERE seq IN (
    SELECT seq FROM screening WHERE done_at IS NOT NULL AND seq BETWEEN ? AND ? ORDER BY seq LIMIT ?)
"""
MARK_AGAIN = """
UPDATE screening SET done_at = ? WHERE seq IN (
    SELECT seq FROM screening WHERE done_at < ? OR done_at > ? LIMIT ?)
"""
DELETE_OLD = """
DELETE FROM screening WHERE seq IN (
    SELECT seq FROM screening WHERE done_at <= ? ORDER BY done_at LIMIT ?)
"""
DELETE_DONE = """
DELETE FROM screening WHERE seq IN (
    SELECT seq FROM screening WHERE done_at IS NOT NULL ORDER BY done_at LIMIT ?)
"""
ADRIFT = """
SELECT seq, body, monotonic_ns FROM screening JOIN boot ON boot.number = screening.boot
WHERE unsynced AND done_at IS NULL AND boot.id = ? ORDER BY seq LIMIT ?
"""
CORRECT = "UPDATE screening SET body = ?, unsynced = 0 WHERE seq = ?"
NEWEST = """
SELECT body, monotonic_ns, ifnull(boot.id, '') FROM screening LEFT JOIN boot ON boot.number = screening.boot
ORDER BY seq DESC LIMIT ?
"""
KEPT = "SELECT value FROM meta WHERE key = ?"
KEEP = "INSERT OR REPLACE INTO meta VALUES (?, ?)"
