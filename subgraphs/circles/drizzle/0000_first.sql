CREATE TABLE "circles"."circle" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"purpose" text NOT NULL,
	"admission_policy" text NOT NULL,
	"host_id" uuid NOT NULL,
	"member_count" integer NOT NULL,
	"revision" integer NOT NULL,
	"opened_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "circles"."consumer_position" (
	"name" text PRIMARY KEY NOT NULL,
	"epoch" text NOT NULL,
	"pos" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "circles"."creator" (
	"id" uuid PRIMARY KEY NOT NULL
);
--> statement-breakpoint
CREATE TABLE "circles"."idempotency_key" (
	"user_id" uuid NOT NULL,
	"mutation" text NOT NULL,
	"key" text NOT NULL,
	"input_hash" text NOT NULL,
	"result_id" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "idempotency_key_user_id_mutation_key_pk" PRIMARY KEY("user_id","mutation","key")
);
--> statement-breakpoint
CREATE TABLE "circles"."member" (
	"circle_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"state" text NOT NULL,
	"since" timestamp (3) with time zone NOT NULL,
	"revision" integer NOT NULL,
	CONSTRAINT "member_circle_id_user_id_pk" PRIMARY KEY("circle_id","user_id")
);
--> statement-breakpoint
CREATE INDEX "circle_opened_at_id_index" ON "circles"."circle" USING btree ("opened_at","id");--> statement-breakpoint
CREATE INDEX "circle_host_id_opened_at_id_index" ON "circles"."circle" USING btree ("host_id","opened_at","id");--> statement-breakpoint
CREATE INDEX "member_circle_id_state_since_user_id_index" ON "circles"."member" USING btree ("circle_id","state","since","user_id");--> statement-breakpoint
CREATE INDEX "member_user_id_state_since_circle_id_index" ON "circles"."member" USING btree ("user_id","state","since","circle_id");