-- What else is on a sale: fees, tax, a trade-in, a deposit, a discount.
ALTER TABLE sales ADD COLUMN lines TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(lines));
