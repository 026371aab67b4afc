ALTER TABLE "live"."live_session" ADD COLUMN "price_amount" numeric(38,18);--> statement-breakpoint
ALTER TABLE "live"."live_session" ADD COLUMN "price_currency" text;--> statement-breakpoint
ALTER TABLE "live"."question" ADD COLUMN "price_amount" numeric(38,18);--> statement-breakpoint
ALTER TABLE "live"."question" ADD COLUMN "price_currency" text;