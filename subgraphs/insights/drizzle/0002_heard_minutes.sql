CREATE TABLE "insights"."heard_minute" (
	"user_id" uuid NOT NULL,
	"minute" timestamp (3) with time zone NOT NULL,
	"last_active_at" timestamp (3) with time zone,
	"first_idle_at" timestamp (3) with time zone,
	CONSTRAINT "heard_minute_user_id_minute_pk" PRIMARY KEY("user_id","minute"),
	CONSTRAINT "heard_minute_of_some_heartbeat" CHECK (num_nonnulls(last_active_at, first_idle_at) > 0)
);
