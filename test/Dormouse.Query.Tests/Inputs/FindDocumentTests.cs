using Dormouse.Query.Failures;

namespace Dormouse.Query.Tests.Inputs;

/// <summary>What compilers get for the arguments of finds.</summary>
public sealed class FindDocumentTests
{
    [Theory]
    [InlineData("""{"where":{"age":3}}""", "{where: UserWhereInput{age: Int 3}}")]
    [InlineData("""{"where":{"age":null}}""", "{where: UserWhereInput{age: null}}")]
    [InlineData("""{"where":{"age":{"gt":3}}}""", "{where: UserWhereInput{age: IntNullableFilter{gt: Int 3}}}")]
    [InlineData("""{"where":{"age":{"in":[1,2]}}}""", "{where: UserWhereInput{age: IntNullableFilter{in: Int[] [1, 2]}}}")]
    [InlineData("""{"where":{"age":{"in":[]}}}""", "{where: UserWhereInput{age: IntNullableFilter{in: Int[] []}}}")]
    [InlineData(
        """{"where":{"AND":{"id":1},"OR":[{"id":2}]}}""",
        "{where: UserWhereInput{AND: [UserWhereInput{id: Int 1}], OR: [UserWhereInput{id: Int 2}]}}"
    )]
    [InlineData("""{"where":{"role":"ADMIN"}}""", "{where: UserWhereInput{role: Role 'admin'}}")]
    [InlineData("""{"where":{"active":true}}""", "{where: UserWhereInput{active: Boolean true}}")]
    [InlineData("""{"where":{"views":"12"}}""", "{where: UserWhereInput{views: BigInt '12'}}")]
    [InlineData("""{"where":{"balance":1e-3}}""", "{where: UserWhereInput{balance: Decimal '0.001'}}")]
    [InlineData("""{"where":{"rating":0.30000000000000004}}""", "{where: UserWhereInput{rating: Float 0.3}}")]
    [InlineData("""{"where":{"avatar":"aGk="}}""", "{where: UserWhereInput{avatar: Bytes x6869}}")]
    [InlineData(
        """{"where":{"createdAt":{"$type":"DateTime","value":"1970-01-01T00:00:01.5+00:00"}}}""",
        "{where: UserWhereInput{createdAt: DateTime @1.500000}}"
    )]
    [InlineData(
        """{"where":{"age":{"lt":{"$type":"FieldRef","value":{"_ref":"id","_container":"User"}}}}}""",
        "{where: UserWhereInput{age: IntNullableFilter{lt: -> id}}}"
    )]
    [InlineData(
        """{"where":{"email":{"contains":"x","mode":"insensitive"}}}""",
        "{where: UserWhereInput{email: StringFilter{contains: String 'x', mode: QueryMode.insensitive}}}"
    )]
    [InlineData(
        """{"where":{"manager":{"id":1},"posts":{"some":{"title":"x"}}}}""",
        "{where: UserWhereInput{manager: UserWhereInput{id: Int 1}, posts: PostListRelationFilter{some: PostWhereInput{title: String 'x'}}}}"
    )]
    [InlineData("""{"orderBy":{"age":"asc"}}""", "{orderBy: [UserOrderByWithRelationInput{age: SortOrder.asc}]}")]
    [InlineData(
        """{"take":-2,"skip":1,"distinct":"age","relationLoadStrategy":"join"}""",
        "{take: Int -2, skip: Int 1, distinct: [UserScalarFieldEnum.age], relationLoadStrategy: RelationLoadStrategy.join}"
    )]
    [InlineData("""{"distinct":["age","id"]}""", "{distinct: [UserScalarFieldEnum.age, UserScalarFieldEnum.id]}")]
    [InlineData(
        """{"cursor":{"fullName":{"firstName":"a","lastName":"b"}}}""",
        "{cursor: UserWhereUniqueInput{fullName: UserFullNameCompoundUniqueInput{firstName: String 'a', lastName: String 'b'}}}"
    )]
    [InlineData("""{"where":{"settings":{"equals":null}}}""", "{where: UserWhereInput{settings: JsonFilter{equals: Json 'null'}}}")]
    [InlineData(
        """{"where":{"settings":{"equals":{"$type":"Enum","value":"AnyNull"}}}}""",
        "{where: UserWhereInput{settings: JsonFilter{equals: JsonNullValueFilter.AnyNull}}}"
    )]
    [InlineData(
        """{"where":{"settings":{"equals":{"a":[1,"x",null,{"b":{"$type":"BigInt","value":"5"}}],"c":true}}}}""",
        """{where: UserWhereInput{settings: JsonFilter{equals: Json '{"a":[1,"x",null,{"b":"5"}],"c":true}'}}}"""
    )]
    [InlineData(
        """{"where":{"settings":{"equals":{"$type":"Raw","value":{"$type":"x","y":{"$type":"BigInt","value":"5"}}}}}}""",
        """{where: UserWhereInput{settings: JsonFilter{equals: Json '{"$type":"x","y":{"$type":"BigInt","value":"5"}}'}}}"""
    )]
    [InlineData(
        """{"where":{"settings":{"path":["a","b"],"string_contains":"c"}}}""",
        "{where: UserWhereInput{settings: JsonFilter{path: String[] ['a', 'b'], string_contains: String 'c'}}}"
    )]
    public void Arguments_are_typed(string arguments, string expected) =>
        Assert.Equal(expected, Documents.Read("findMany", "User", arguments).Arguments);

    [Theory]
    [InlineData("""{"id":true,"email":true}""", "id email")]
    [InlineData("""{"$scalars":true,"id":false}""", "text postId userId createdAt", "Comment")]
    [InlineData("""{"$scalars":true,"id":true,"$composites":true}""", "id name", "Group")]
    [InlineData(
        """{"id":true,"posts":{"arguments":{"take":1,"where":{"title":"x"}},"selection":{"id":true}}}""",
        "id posts{where: PostWhereInput{title: String 'x'}, take: Int 1}[id]"
    )]
    [InlineData("""{"members":true}""", "members{}[userId groupId since level]", "Group")]
    [InlineData("""{"_count":true}""", "_count[posts children]", "Category")]
    [InlineData(
        """{"_count":{"selection":{"children":true,"posts":{"arguments":{"where":{"id":"x"}},"selection":{}}}}}""",
        "_count[children postsPostWhereInput{id: String 'x'}]",
        "Category"
    )]
    public void Selections_are_resolved(string selection, string expected, string model = "User") =>
        Assert.Equal(expected, Documents.Read("findMany", model, "{}", selection).Selection);

    [Theory]
    [InlineData("""{"where":{"email":"a"},"take":1}""", "")]
    [InlineData("""{"orderBy":{"id":"asc"}}""", "0 Value")]
    [InlineData("""{"where":{"settings":{"equals":"JsonNull"}}}""", "")]
    public void Only_what_decides_over_the_plan_is_looked_at(string arguments, string facts) =>
        Assert.Equal(
            facts,
            string.Join(", ", Documents.Read("findMany", "User", arguments).Facts.Facts.Select(fact => $"{fact.Literal} {fact.Kind}"))
        );

    [Fact]
    public void Only_the_matching_type_of_a_union_gets_parameters() =>
        Assert.Single(Documents.Read("findMany", "User", """{"where":{"NOT":[{"manager":{"id":1}}]}}""").Parameters);

    [Fact]
    public void Nested_unions_do_not_double_the_work_at_each_level()
    {
        var where = string.Concat(Enumerable.Repeat("""{"manager":""", 100)) + """{"nope":1}""" + new string('}', 100);
        var failure = Assert.Throws<PlanException>(() => Documents.Read("findMany", "User", $$"""{"where":{{where}}}"""));
        Assert.Equal("P2009", failure.Code);
    }
}
