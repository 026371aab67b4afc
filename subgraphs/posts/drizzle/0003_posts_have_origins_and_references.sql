ALTER TABLE "posts"."post_version" ADD COLUMN "topics" text[] NOT NULL;--> statement-breakpoint
ALTER TABLE "posts"."post_version" ADD COLUMN "cashtags" jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "posts"."post_version" ADD COLUMN "external_refs" jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "posts"."post" ADD COLUMN "origin" text NOT NULL;--> statement-breakpoint
ALTER TABLE "posts"."post" ADD COLUMN "partner_app_id" uuid;--> statement-breakpoint
ALTER TABLE "posts"."post" ADD COLUMN "chosen_topics" text[] NOT NULL;