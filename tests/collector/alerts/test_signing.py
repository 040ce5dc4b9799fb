from collector.alerts.signing import acs3, tc3


def test_the_signature_of_alibabas_own_example():
    call = acs3.Call(
        "ecs.cn-shanghai.aliyuncs.com",
        "/",
        "RunInstances",
        "2014-05-26",
        "2023-10-26T10:22:32Z",
        "3156853299f313e23d1673dc12e1703d",
    )
    asked = acs3.query({"RegionId": "cn-shanghai", "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"})
    assert asked == "ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai"
    headers = acs3.headers(call, asked, "YourAccessKeyId", "YourAccessKeySecret")
    assert headers["authorization"] == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,"
        "SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_all_but_the_unreserved_is_encoded_in_a_query():
    assert acs3.query({"b": "卡 +*~", "a": "/"}) == "a=%2F&b=%E5%8D%A1%20%2B%2A~"


def test_the_signature_of_tencents_own_example():
    body = rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
    call = tc3.Call("cvm.tencentcloudapi.com", "/", "cvm", "DescribeInstances", "2017-03-12", 1551113065)
    headers = tc3.headers(call, body, "AKID" + "*" * 32, "*" * 32, "ap-guangzhou")
    assert headers["Authorization"] == (
        f"TC3-HMAC-SHA256 Credential=AKID{'*' * 32}/2019-02-25/cvm/tc3_request, "
        "SignedHeaders=content-type;host;x-tc-action, "
        "Signature=10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f"
    )
