-- Cars that were taken in trade.
CREATE TABLE trade_ins (
  vehicle_id TEXT PRIMARY KEY NOT NULL REFERENCES vehicles (id),
  sale_id TEXT NOT NULL REFERENCES sales (id),
  line INTEGER NOT NULL CHECK (line >= 0),
  UNIQUE (sale_id, line)
) STRICT;
