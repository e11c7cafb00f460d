using Dormouse.Query.Sql;

namespace Dormouse.Query.Tests.Sql;

public sealed class ParameterScanTests
{
    [Theory]
    [InlineData("SELECT $1", "1")]
    [InlineData("SELECT $12::int, $1", "12")]
    [InlineData("SELECT a$1, $2", "2")]
    [InlineData("SELECT '$1', $2", "2")]
    [InlineData("SELECT 'it''s $1', $2", "2")]
    [InlineData("SELECT E'it\\'s $1', $2", "2")]
    [InlineData("SELECT e'\\\\', $2", "2")]
    [InlineData("SELECT \"a\"\"$1\", $2", "2")]
    [InlineData("SELECT $$ $1 $$, $2", "2")]
    [InlineData("SELECT $tag$ $1 $$ $tag$, $2", "2")]
    [InlineData("SELECT 1 -- $1\n, $2", "2")]
    [InlineData("SELECT /* $1 /* $2 */ $3 */ $4", "4")]
    [InlineData("SELECT é$1, $2", "2")]
    public void The_first_parameter_is_found(string sql, string number) => Assert.Equal(number, ParameterScan.First(sql));

    [Theory]
    [InlineData("")]
    [InlineData("SELECT 1")]
    [InlineData("SELECT '$1")]
    [InlineData("SELECT \"$1")]
    [InlineData("SELECT E'\\")]
    [InlineData("SELECT $tag$ $1")]
    [InlineData("SELECT /* $1")]
    [InlineData("SELECT -- $1")]
    [InlineData("SELECT $")]
    [InlineData("SELECT $a")]
    public void Where_there_is_none_none_is_found(string sql) => Assert.Null(ParameterScan.First(sql));
}
