"""Where the directory's routes hang."""

from shared import web

blueprint = web.Blueprint("directory", description="学校、人员、任职、师徒结对、账号与登录")
