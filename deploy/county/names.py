"""What people are called: surnames and given names with their weights, and the names that break programs."""

import re

_SURNAMES = (
    "王68 李70 张62 刘62 陈52 杨30 周34 黄30 吴22 徐16 胡18 朱14 "
    "何22 罗24 高11 林12 郭12 马9 梁10 谢20 宋9 唐20 许9 邓18 冯8 "
    "韩6 曹10 曾20 彭24 萧4 肖16 蔡9 潘8 田8 董6 袁10 于4 余10 "
    "蒋14 杜6 苏6 魏6 程7 吕5 丁7 沈5 任5 姚8 卢7 傅4 钟10 姜12 崔2 "
    "谭16 廖12 范7 汪6 陆4 金3 石10 戴9 贾2 韦2 夏9 邱6 方6 侯4 邹8 "
    "熊7 孟2 秦4 白2 江7 阎1 薛2 尹8 段5 雷8 黎8 史3 龙10 陶8 贺16 "
    "顾2 毛6 郝1 龚8 邵2 万4 钱1 严5 覃2 武1 欧阳6 成5 喻7 文10 易10 "
    "刁1 司马1 上官1 尉迟1 单1 仇1 区1 查1 解1 乐1"
)
SURNAMES: dict[str, float] = {name: float(weight) for name, weight in re.findall(r"(\D+?)(\d+) ?", _SURNAMES)}

_WOMEN = (
    "丽娟敏静芳燕玲霞艳红梅英娜婷秀萍兰慧琴玉洁莉云蓉华珍凤琳雪颖倩丹晶欣佳雅璐瑶怡思"
    "梦雨诗蕾露媛珊香月莹春菊桂群青平新文晓小海美淑惠巧爱翠彩银清立琼君宇可嘉子若一亚"
)
_MEN = (
    "伟强军勇杰涛明超刚平辉鹏华飞鑫波斌宇浩凯建国志文海峰龙林新晓东俊永宏庆良松柏成学"
    "立根生德光荣兵卫红天一子家正友忠祥福贵春冬长少世先亮胜利湘元辰泽轩博睿毅恒哲阳云"
)
RANK_OFFSET = 12
GIVEN: dict[str, dict[str, float]] = {
    "female": {character: 1 / (rank + RANK_OFFSET) for rank, character in enumerate(_WOMEN)},
    "male": {character: 1 / (rank + RANK_OFFSET) for rank, character in enumerate(_MEN)},
}

HARD = ("喆", "堃", "㛃", "䶮", "犇", "𠅤", "𣲘", "𬱖", "𫖯")
"""Characters that old fonts and encodings do not have; the last four lie beyond the basic plane."""
WITH_A_DOT = (
    "阿依古丽·买买提江",
    "古丽娜尔·艾合买提",
    "迪丽努尔·吐尔逊",
    "卓玛·央金",
    "扎西·多吉",
    "其其格·娜仁",
    "巴特尔·乌力吉",
    "热娜·阿不都拉",
)
OLD_REGISTER = ("刘A", "陈B", "李2")
"""Two of one name at one school, told apart as somebody once did."""
LOOKALIKE = "臵"
"""What some input methods gave for 置."""
