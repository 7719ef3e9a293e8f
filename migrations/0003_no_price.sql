-- A price of 0 means that the car has no price. Until now it was stored, and shown as $0.
UPDATE vehicles SET price_cents = NULL, version = version + 1 WHERE price_cents = 0;
