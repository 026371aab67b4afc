CREATE TABLE "incentives"."gathering_user" (
	"post_id" uuid NOT NULL,
	"currency" text NOT NULL,
	"number" integer NOT NULL,
	"user_id" uuid NOT NULL,
	"is_eligible" boolean NOT NULL,
	"fee" numeric(38,18) NOT NULL,
	CONSTRAINT "gathering_user_post_id_currency_number_user_id_pk" PRIMARY KEY("post_id","currency","number","user_id")
);
--> statement-breakpoint
CREATE TABLE "incentives"."gathering" (
	"post_id" uuid NOT NULL,
	"currency" text NOT NULL,
	"number" integer NOT NULL,
	"last_day" date NOT NULL,
	CONSTRAINT "gathering_post_id_currency_number_pk" PRIMARY KEY("post_id","currency","number")
);
--> statement-breakpoint
ALTER TABLE "incentives"."linked_trade_count" DROP COLUMN "user_count";--> statement-breakpoint
ALTER TABLE "incentives"."trade" DROP COLUMN "agrees_with_signal";--> statement-breakpoint
INSERT INTO "incentives"."gathering" ("post_id", "currency", "number", "last_day")
SELECT l.post_id, t.fee_currency, 1, max(t.executed_at AT TIME ZONE 'UTC')::date
FROM "incentives"."trade_link" l JOIN "incentives"."trade" t ON t.id = l.trade_id GROUP BY 1, 2;--> statement-breakpoint
INSERT INTO "incentives"."gathering_user" ("post_id", "currency", "number", "user_id", "is_eligible", "fee")
SELECT l.post_id, t.fee_currency, 1, l.user_id, bool_or(l.reason IS NULL), coalesce(sum(t.fee) FILTER (WHERE l.reason IS NULL), 0)
FROM "incentives"."trade_link" l JOIN "incentives"."trade" t ON t.id = l.trade_id GROUP BY 1, 2, 4;
