"""The Rubin alert schema, version 10.0: field names and types, without the observatory's wording.

Written as in ``schema.py``, with b(oolean) and t(ime, in microseconds).
"""

from __future__ import annotations

from typing import Any

from .schema import record

SOURCE = """diaSourceId:l visit:l detector:i diaObjectId:l? ssObjectId:l? parentDiaSourceId:l? midpointMjdTai:d ra:d
raErr:f? dec:d decErr:f? ra_dec_Cov:f? x:f xErr:f? y:f yErr:f? centroid_flag:b? apFlux:f? apFluxErr:f? apFlux_flag:b?
apFlux_flag_apertureTruncated:b? isNegative:b? snr:f? psfFlux:f? psfFluxErr:f? psfLnL:f? psfChi2:f? psfNdata:i?
psfFlux_flag:b? psfFlux_flag_edge:b? psfFlux_flag_noGoodPixels:b? trailFlux:f? trailFluxErr:f? trailRa:d?
trailRaErr:f? trailDec:d? trailDecErr:f? trailLength:f? trailLengthErr:f? trailAngle:f? trailAngleErr:f? trailChi2:f?
trailNdata:i? trail_flag_edge:b? dipoleMeanFlux:f? dipoleMeanFluxErr:f? dipoleFluxDiff:f? dipoleFluxDiffErr:f?
dipoleLength:f? dipoleAngle:f? dipoleChi2:f? dipoleNdata:i? scienceFlux:f? scienceFluxErr:f? forced_PsfFlux_flag:b?
forced_PsfFlux_flag_edge:b? forced_PsfFlux_flag_noGoodPixels:b? templateFlux:f? templateFluxErr:f? ixx:f? iyy:f?
ixy:f? ixxPSF:f? iyyPSF:f? ixyPSF:f? shape_flag:b? shape_flag_no_pixels:b? shape_flag_not_contained:b?
shape_flag_parent_source:b? extendedness:f? reliability:f? band:s? isDipole:b? dipoleFitAttempted:b?
timeProcessedMjdTai:d timeWithdrawnMjdTai:d? bboxSize:i? pixelFlags:b? pixelFlags_bad:b? pixelFlags_cr:b?
pixelFlags_crCenter:b? pixelFlags_edge:b? pixelFlags_nodata:b? pixelFlags_nodataCenter:b? pixelFlags_interpolated:b?
pixelFlags_interpolatedCenter:b? pixelFlags_offimage:b? pixelFlags_saturated:b? pixelFlags_saturatedCenter:b?
pixelFlags_suspect:b? pixelFlags_suspectCenter:b? pixelFlags_streak:b? pixelFlags_streakCenter:b?
pixelFlags_injected:b? pixelFlags_injectedCenter:b? pixelFlags_injected_template:b?
pixelFlags_injected_templateCenter:b? glint_trail:b?"""

FORCED = """diaForcedSourceId:l diaObjectId:l ra:d dec:d visit:l detector:i psfFlux:f? psfFluxErr:f? midpointMjdTai:d
scienceFlux:f? scienceFluxErr:f? band:s? timeProcessedMjdTai:d timeWithdrawnMjdTai:d?"""

OBJECT = """diaObjectId:l validityStartMjdTai:d ra:d raErr:f? dec:d decErr:f? ra_dec_Cov:f? u_psfFluxMean:f?
u_psfFluxMeanErr:f? u_psfFluxSigma:f? u_psfFluxNdata:i? u_fpFluxMean:f? u_fpFluxMeanErr:f? g_psfFluxMean:f?
g_psfFluxMeanErr:f? g_psfFluxSigma:f? g_psfFluxNdata:i? g_fpFluxMean:f? g_fpFluxMeanErr:f? r_psfFluxMean:f?
r_psfFluxMeanErr:f? r_psfFluxSigma:f? r_psfFluxNdata:i? r_fpFluxMean:f? r_fpFluxMeanErr:f? i_psfFluxMean:f?
i_psfFluxMeanErr:f? i_psfFluxSigma:f? i_psfFluxNdata:i? i_fpFluxMean:f? i_fpFluxMeanErr:f? z_psfFluxMean:f?
z_psfFluxMeanErr:f? z_psfFluxSigma:f? z_psfFluxNdata:i? z_fpFluxMean:f? z_fpFluxMeanErr:f? y_psfFluxMean:f?
y_psfFluxMeanErr:f? y_psfFluxSigma:f? y_psfFluxNdata:i? y_fpFluxMean:f? y_fpFluxMeanErr:f? u_scienceFluxMean:f?
u_scienceFluxMeanErr:f? g_scienceFluxMean:f? g_scienceFluxMeanErr:f? r_scienceFluxMean:f? r_scienceFluxMeanErr:f?
i_scienceFluxMean:f? i_scienceFluxMeanErr:f? z_scienceFluxMean:f? z_scienceFluxMeanErr:f? y_scienceFluxMean:f?
y_scienceFluxMeanErr:f? u_psfFluxMin:f? u_psfFluxMax:f? u_psfFluxMaxSlope:f? u_psfFluxErrMean:f? g_psfFluxMin:f?
g_psfFluxMax:f? g_psfFluxMaxSlope:f? g_psfFluxErrMean:f? r_psfFluxMin:f? r_psfFluxMax:f? r_psfFluxMaxSlope:f?
r_psfFluxErrMean:f? i_psfFluxMin:f? i_psfFluxMax:f? i_psfFluxMaxSlope:f? i_psfFluxErrMean:f? z_psfFluxMin:f?
z_psfFluxMax:f? z_psfFluxMaxSlope:f? z_psfFluxErrMean:f? y_psfFluxMin:f? y_psfFluxMax:f? y_psfFluxMaxSlope:f?
y_psfFluxErrMean:f? firstDiaSourceMjdTai:d? lastDiaSourceMjdTai:d? nDiaSources:i"""

SOLAR_SYSTEM = """diaSourceId:l ssObjectId:l designation:s? eclLambda:d eclBeta:d galLon:d galLat:d elongation:f?
phaseAngle:f? topoRange:f? topoRangeRate:f? helioRange:f? helioRangeRate:f? ephRa:d? ephDec:d? ephVmag:f? ephRate:f?
ephRateRa:f? ephRateDec:f? ephOffset:f? ephOffsetRa:d? ephOffsetDec:d? ephOffsetAlongTrack:f? ephOffsetCrossTrack:f?
helio_x:f? helio_y:f? helio_z:f? helio_vx:f? helio_vy:f? helio_vz:f? helio_vtot:f? topo_x:f? topo_y:f? topo_z:f?
topo_vx:f? topo_vy:f? topo_vz:f? topo_vtot:f? diaDistanceRank:i?"""

ORBIT = """id:i designation:s packed_primary_provisional_designation:s unpacked_primary_provisional_designation:s
mpc_orb_jsonb:s? created_at:t? updated_at:t? orbit_type_int:i? u_param:i? nopp:i? arc_length_total:d?
arc_length_sel:d? nobs_total:i? nobs_total_sel:i? a:d? q:d? e:d? i:d? node:d? argperi:d? peri_time:d? yarkovsky:d?
srp:d? a1:d? a2:d? a3:d? dt:d? mean_anomaly:d? period:d? mean_motion:d? a_unc:d? q_unc:d? e_unc:d? i_unc:d?
node_unc:d? argperi_unc:d? peri_time_unc:d? yarkovsky_unc:d? srp_unc:d? a1_unc:d? a2_unc:d? a3_unc:d? dt_unc:d?
mean_anomaly_unc:d? period_unc:d? mean_motion_unc:d? epoch_mjd:d? h:d? g:d? not_normalized_rms:d? normalized_rms:d?
earth_moid:d? fitting_datetime:t?"""

NAMESPACE = "lsst.v10_0"
CUTOUTS = ("cutoutDifference", "cutoutScience", "cutoutTemplate")


def lsst_schema() -> dict[str, Any]:
    """The whole schema as Avro JSON; a record is written out where it is first named."""

    def listed(name: str, item: Any) -> dict[str, Any]:
        return {"name": name, "type": ["null", {"type": "array", "items": item}]}

    single = [("diaObject", record("diaObject", OBJECT)), ("ssSource", record("ssSource", SOLAR_SYSTEM)),
              ("mpc_orbits", record("mpc_orbits", ORBIT))]  # fmt: skip
    return {
        "type": "record",
        "name": "alert",
        "namespace": NAMESPACE,
        "version": "10.0",
        "fields": [
            {"name": "diaSourceId", "type": "long"},
            *({"name": name, "type": ["null", "string"]} for name in ("observation_reason", "target_name")),
            {"name": "diaSource", "type": record("diaSource", SOURCE)},
            listed("prvDiaSources", f"{NAMESPACE}.diaSource"),
            listed("prvDiaForcedSources", record("diaForcedSource", FORCED)),
            *({"name": name, "type": ["null", kind]} for name, kind in single),
            *({"name": name, "type": ["null", "bytes"]} for name in CUTOUTS),
        ],
    }
