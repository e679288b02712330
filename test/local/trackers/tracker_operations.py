"""Every operation on trackers through boto3, as it comes: with the host prefix of Amazon Location."""

import json
import sys
from datetime import datetime, timedelta, timezone

import boto3
from botocore.config import Config

endpoint, prefix = sys.argv[1], sys.argv[2] == "prefix"
settings = dict(endpoint_url=endpoint, region_name="eu-west-1", aws_access_key_id="local", aws_secret_access_key="local")
location = boto3.client(
    "location", config=Config(retries={"total_max_attempts": 1}, inject_host_prefix=prefix), **settings
)
seen = {}


def error(call, **arguments):
    try:
        call(**arguments)
    except location.exceptions.ClientError as refused:
        return [
            refused.response["Error"]["Code"],
            refused.response["ResponseMetadata"]["HTTPStatusCode"],
            refused.response["Error"]["Message"],
        ]


name = "boto-" + sys.argv[2]
begin = datetime.now(timezone.utc).replace(microsecond=123000) - timedelta(hours=2)
arn = location.create_tracker(TrackerName=name, Description="d", Tags={"a": "1"}, PositionFiltering="TimeBased")["TrackerArn"]
seen["conflict"] = error(location.create_tracker, TrackerName=name)
location.update_tracker(TrackerName=name, Description="other", PositionFiltering="DistanceBased")
described = location.describe_tracker(TrackerName=name)
seen["described"] = [described[key] for key in ("TrackerName", "Description", "PositionFiltering", "Tags")]
seen["listed"] = [one["TrackerName"] for page in location.get_paginator("list_trackers").paginate() for one in page["Entries"]]
location.tag_resource(ResourceArn=arn, Tags={"b": "2", "c": "3"})
location.untag_resource(ResourceArn=arn, TagKeys=["a", "c"])
seen["tags"] = location.list_tags_for_resource(ResourceArn=arn)["Tags"]
consumer = "arn:aws:geo:eu-west-1:000000000000:geofence-collection/c"
location.associate_tracker_consumer(TrackerName=name, ConsumerArn=consumer)
seen["consumers"] = location.list_tracker_consumers(TrackerName=name)["ConsumerArns"]
location.disassociate_tracker_consumer(TrackerName=name, ConsumerArn=consumer)
seen["no consumers"] = location.list_tracker_consumers(TrackerName=name)["ConsumerArns"]


def update(device, minute, latitude, **more):
    return {"DeviceId": device, "SampleTime": begin + timedelta(minutes=minute), "Position": [11.97, latitude], **more}


def write(*updates):
    errors = location.batch_update_device_position(TrackerName=name, Updates=list(updates))["Errors"]
    return [[one["DeviceId"], one["Error"]["Code"], one["Error"]["Message"]] for one in errors]


seen["written"] = write(
    update("dé-1", 0, 57.70, Accuracy={"Horizontal": 2.5}, PositionProperties={"speed": "3"}),
    update("dé-1", 1, 57.71),
    update("dé-1", 2, 57.71),
    update("dé-2", 0, 91),
    update("dé-3", 0, 57.72),
)
seen["older"] = write(update("dé-1", 0.5, 57.8))
latest = location.get_device_position(TrackerName=name, DeviceId="dé-1")
seen["latest"] = [latest["Position"], latest["SampleTime"] == begin + timedelta(minutes=1), latest["ReceivedTime"] > begin]
several = location.batch_get_device_position(TrackerName=name, DeviceIds=["dé-1", "dé-2", "dé-3"])
seen["several"] = [one["DeviceId"] for one in several["DevicePositions"]]
pages = location.get_paginator("get_device_position_history").paginate(
    TrackerName=name, DeviceId="dé-1", StartTimeInclusive=begin, PaginationConfig={"PageSize": 1}
)
seen["history"] = [
    [one["SampleTime"] == begin, one.get("Accuracy"), one.get("PositionProperties")]
    for page in pages
    for one in page["DevicePositions"]
]
pages = location.get_paginator("list_device_positions").paginate(TrackerName=name, PaginationConfig={"PageSize": 1})
seen["devices"] = [one["DeviceId"] for page in pages for one in page["Entries"]]
# Debian's boto3 of 2022 knows no polygons.
knows_polygons = "FilterGeometry" in location.meta.service_model.operation_model("ListDevicePositions").input_shape.members
polygon = [[[11, 57.715], [12, 57.715], [12, 58], [11, 58], [11, 57.715]]]
if knows_polygons:
    within = location.list_device_positions(TrackerName=name, FilterGeometry={"Polygon": polygon})
    assert [one["DeviceId"] for one in within["Entries"]] == ["dé-3"], within
location.batch_delete_device_position_history(TrackerName=name, DeviceIds=["dé-1"])
seen["forgotten"] = error(location.get_device_position, TrackerName=name, DeviceId="dé-1")
seen["invalid"] = error(location.describe_tracker, TrackerName="no spaces")
location.delete_tracker(TrackerName=name)
seen["gone"] = error(location.describe_tracker, TrackerName=name)

cloudwatch = boto3.client("cloudwatch", **settings)
seen["metrics"] = [metric["MetricName"] for metric in cloudwatch.list_metrics(Namespace="AWS/Lambda")["Metrics"]]
stat = {"Metric": {"Namespace": "AWS/Lambda", "MetricName": "Duration", "Dimensions": [{"Name": "FunctionName", "Value": "f"}]}}
data = cloudwatch.get_metric_data(
    MetricDataQueries=[{"Id": "q", "MetricStat": {**stat, "Period": 3600, "Stat": "Sum"}}],
    StartTime=begin,
    EndTime=begin + timedelta(hours=3),
)
seen["data"] = [sum(data["MetricDataResults"][0]["Values"]), data["MetricDataResults"][0]["StatusCode"]]
print(json.dumps(seen))
