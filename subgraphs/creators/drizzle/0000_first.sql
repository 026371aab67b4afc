CREATE TABLE "creators"."creator" (
	"id" uuid PRIMARY KEY NOT NULL,
	"headline" text NOT NULL,
	"follower_count" integer DEFAULT 0 NOT NULL,
	"follow_revision" integer DEFAULT 0 NOT NULL,
	"opened_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "creators"."follow" (
	"user_id" uuid NOT NULL,
	"creator_id" uuid NOT NULL,
	"followed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "follow_user_id_creator_id_pk" PRIMARY KEY("user_id","creator_id")
);
--> statement-breakpoint
CREATE TABLE "creators"."idempotency_key" (
	"user_id" uuid NOT NULL,
	"mutation" text NOT NULL,
	"key" text NOT NULL,
	"input_hash" text NOT NULL,
	"result_id" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "idempotency_key_user_id_mutation_key_pk" PRIMARY KEY("user_id","mutation","key")
);
--> statement-breakpoint
CREATE TABLE "creators"."user" (
	"id" uuid PRIMARY KEY NOT NULL,
	"handle" text NOT NULL,
	"display_name" text NOT NULL,
	"is_verified" boolean DEFAULT false NOT NULL,
	"identity_cluster_id" uuid NOT NULL,
	"registered_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "user_handle_unique" UNIQUE("handle")
);
--> statement-breakpoint
CREATE INDEX "creator_opened_at_id_index" ON "creators"."creator" USING btree ("opened_at","id");--> statement-breakpoint
CREATE INDEX "follow_user_id_followed_at_index" ON "creators"."follow" USING btree ("user_id","followed_at");