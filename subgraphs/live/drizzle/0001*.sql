--> statement-breakpoint
UPDATE "live"."vote" SET "final_weight" = CASE WHEN "final_is_verified" THEN 1 ELSE 0.25 END WHERE "final_is_verified" IS NOT NULL;
