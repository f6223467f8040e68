-- Whether a visit's repair was claimed is asked of each visit: without this every one of them looked through all claims.
CREATE INDEX claim_view_vehicle ON claim_view (tenant_id, vehicle_id, component);
