CREATE TABLE "insights"."consumer_position" (
	"name" text PRIMARY KEY NOT NULL,
	"epoch" text NOT NULL,
	"pos" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "insights"."creator_day" (
	"creator_id" uuid NOT NULL,
	"day" date NOT NULL,
	"post_count" integer DEFAULT 0 NOT NULL,
	"signal_count" integer DEFAULT 0 NOT NULL,
	"view_count" integer DEFAULT 0 NOT NULL,
	"click_count" integer DEFAULT 0 NOT NULL,
	"ticket_count" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "creator_day_creator_id_day_pk" PRIMARY KEY("creator_id","day")
);
--> statement-breakpoint
CREATE TABLE "insights"."creator_reader_day" (
	"creator_id" uuid NOT NULL,
	"day" date NOT NULL,
	"user_id" uuid NOT NULL,
	CONSTRAINT "creator_reader_day_creator_id_day_user_id_pk" PRIMARY KEY("creator_id","day","user_id")
);
--> statement-breakpoint
CREATE TABLE "insights"."post" (
	"id" uuid PRIMARY KEY NOT NULL,
	"author_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"audience" text NOT NULL,
	"published_at" timestamp (3) with time zone NOT NULL
);
