CREATE TABLE "trading"."creator_day_mark" (
	"creator_id" uuid NOT NULL,
	"day" date NOT NULL,
	"method_version" text NOT NULL,
	"settled_r" double precision NOT NULL,
	"equity_r" double precision,
	"public_settled_r" double precision NOT NULL,
	"public_equity_r" double precision,
	"marked_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "creator_day_mark_creator_id_method_version_day_pk" PRIMARY KEY("creator_id","method_version","day")
);
--> statement-breakpoint
CREATE TABLE "trading"."marked_creator" (
	"creator_id" uuid NOT NULL,
	"method_version" text NOT NULL,
	"next_day" date NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "marked_creator_creator_id_method_version_pk" PRIMARY KEY("creator_id","method_version")
);
--> statement-breakpoint
CREATE TABLE "trading"."signal_day_mark" (
	"creator_id" uuid NOT NULL,
	"day" date NOT NULL,
	"method_version" text NOT NULL,
	"signal_id" uuid NOT NULL,
	"open_fraction" numeric(38,18) NOT NULL,
	"price" numeric(38,18),
	"priced_at" timestamp (3) with time zone,
	"mark_r" double precision,
	CONSTRAINT "signal_day_mark_creator_id_method_version_day_signal_id_pk" PRIMARY KEY("creator_id","method_version","day","signal_id")
);
--> statement-breakpoint
ALTER TABLE "trading"."signal_day_mark" ADD CONSTRAINT "signal_day_mark_signal_id_signal_id_fk" FOREIGN KEY ("signal_id") REFERENCES "trading"."signal"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "marked_creator_method_version_due_at_index" ON "trading"."marked_creator" USING btree ("method_version","due_at");