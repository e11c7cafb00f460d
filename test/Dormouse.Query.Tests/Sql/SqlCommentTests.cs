using System.Buffers;
using System.Text;
using Dormouse.Query.Plans;
using Dormouse.Query.Tests.Sessions;

namespace Dormouse.Query.Tests.Sql;

public sealed class SqlCommentTests
{
    [Theory]
    [InlineData("{}", "SELECT")]
    [InlineData("null", "SELECT")]
    [InlineData("""{"b":"2","a":"x y"}""", "SELECT /*a='x%20y',b='2'*/")]
    [InlineData("""{"a":"it's */ DROP"}""", "SELECT /*a='it\\'s%20*%2F%20DROP'*/")]
    public async Task Comments_follow_the_statement_and_cannot_end_early(string comments, string sql)
    {
        var session = new ScriptedSession(Reply.Of("id:23"));
        await new PlanInterpreter(Run.Limits, TimeProvider.System).RunAsync(
            QueryPlan.Parse(Encoding.UTF8.GetBytes(Run.Query()), Run.Limits),
            PlanParameters.Parse("{}"u8, Encoding.UTF8.GetBytes(comments), Run.Limits),
            session,
            new ArrayBufferWriter<byte>(),
            TestContext.Current.CancellationToken
        );
        Assert.Equal(sql, session.Statements[0].Sql);
    }
}
