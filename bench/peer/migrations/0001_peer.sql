CREATE TABLE `import_runs` (
	`id` text PRIMARY KEY NOT NULL,
	`status` text DEFAULT 'queued' NOT NULL,
	`pages` integer DEFAULT 0 NOT NULL,
	`seen` integer DEFAULT 0 NOT NULL,
	`rejected` text DEFAULT '[]' NOT NULL,
	`error` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `listings` (
	`id` text PRIMARY KEY NOT NULL,
	`vehicle_id` text NOT NULL,
	`site` text NOT NULL,
	`state` text DEFAULT 'pending' NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`error` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`vehicle_id`) REFERENCES `vehicles`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `listings_vehicle_site_idx` ON `listings` (`vehicle_id`,`site`);--> statement-breakpoint
CREATE INDEX `listings_state_idx` ON `listings` (`state`);--> statement-breakpoint
CREATE TABLE `sales` (
	`id` text PRIMARY KEY NOT NULL,
	`vehicle_id` text NOT NULL,
	`price_cents` integer NOT NULL,
	`sale_date` text NOT NULL,
	`dms_sale_id` text,
	`invoice_id` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`vehicle_id`) REFERENCES `vehicles`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `sales_vehicle_idx` ON `sales` (`vehicle_id`);--> statement-breakpoint
CREATE TABLE `vehicles` (
	`id` text PRIMARY KEY NOT NULL,
	`stock_number` text NOT NULL,
	`vin` text NOT NULL,
	`make` text NOT NULL,
	`model` text NOT NULL,
	`year` integer NOT NULL,
	`purchase_price_cents` integer,
	`purchase_date` text,
	`mileage_miles` integer,
	`location` text,
	`trim` text,
	`body_style` text,
	`exterior_color` text,
	`interior_color` text,
	`transmission` text,
	`fuel_type` text,
	`drivetrain` text,
	`engine` text,
	`price_cents` integer,
	`description` text,
	`photos` text DEFAULT '[]' NOT NULL,
	`status` text DEFAULT 'available' NOT NULL,
	`publish_to_website` integer DEFAULT true NOT NULL,
	`publish_to_third_party` integer DEFAULT false NOT NULL,
	`dms_updated_at` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `vehicles_stock_number_idx` ON `vehicles` (`stock_number`);--> statement-breakpoint
CREATE INDEX `vehicles_vin_idx` ON `vehicles` (`vin`);--> statement-breakpoint
CREATE INDEX `vehicles_public_idx` ON `vehicles` (`status`,`publish_to_website`,`created_at`);--> statement-breakpoint
CREATE TABLE `webhook_events` (
	`id` text PRIMARY KEY NOT NULL,
	`event` text NOT NULL,
	`payload` text NOT NULL,
	`processed_at` integer,
	`created_at` integer NOT NULL
);
