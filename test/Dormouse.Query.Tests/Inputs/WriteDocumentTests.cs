namespace Dormouse.Query.Tests.Inputs;

/// <summary>What compilers get for the arguments of writes, aggregations and raw SQL.</summary>
public sealed class WriteDocumentTests
{
    [Theory]
    [InlineData(
        "createOne",
        "Profile",
        """{"data":{"bio":"x","user":{"connect":{"id":1}}}}""",
        "{data: ProfileCreateInput{bio: String 'x', user: UserCreateNestedOneWithoutProfileInput{connect: UserWhereUniqueInput{id: Int 1}}}}"
    )]
    [InlineData(
        "createOne",
        "Profile",
        """{"data":{"bio":null,"userId":1}}""",
        "{data: ProfileUncheckedCreateInput{bio: null, userId: Int 1}}"
    )]
    [InlineData(
        "createMany",
        "Group",
        """{"data":{"name":"x"},"skipDuplicates":true}""",
        "{data: [GroupCreateManyInput{name: String 'x'}], skipDuplicates: Boolean true}"
    )]
    [InlineData(
        "updateOne",
        "User",
        """{"where":{"id":1},"data":{"age":{"increment":2},"tags":{"push":"x"},"scores":[1],"settings":"JsonNull","meta":"other"}}""",
        "{data: UserUpdateInput{age: NullableIntFieldUpdateOperationsInput{increment: Int 2}, tags: UserUpdatetagsInput{push: String[] ['x']}, "
            + "scores: Int[] [1], settings: JsonNullValueInput.JsonNull, meta: Json '\"other\"'}, where: UserWhereUniqueInput{id: Int 1}}"
    )]
    [InlineData(
        "updateOne",
        "User",
        """{"where":{"id":1},"data":{"posts":{"create":{"title":"a","slug":"b"},"deleteMany":{},"update":{"where":{"id":"x"},"data":{"likes":1}}}}}""",
        "{data: UserUpdateInput{posts: PostUpdateManyWithoutAuthorNestedInput{create: [PostCreateWithoutAuthorInput{title: String 'a', slug: String 'b'}], "
            + "deleteMany: [PostScalarWhereInput{}], update: [PostUpdateWithWhereUniqueWithoutAuthorInput{where: PostWhereUniqueInput{id: String 'x'}, "
            + "data: PostUpdateWithoutAuthorInput{likes: Int 1}}]}}, where: UserWhereUniqueInput{id: Int 1}}"
    )]
    [InlineData(
        "createOne",
        "User",
        """{"data":{"email":"a","firstName":"b","posts":{"createMany":{"data":[{"title":"c","slug":"d"}]}}}}""",
        "{data: UserCreateInput{email: String 'a', firstName: String 'b', posts: PostCreateNestedManyWithoutAuthorInput{createMany: "
            + "PostCreateManyAuthorInputEnvelope{data: [PostCreateManyAuthorInput{title: String 'c', slug: String 'd'}]}}}}"
    )]
    [InlineData(
        "updateMany",
        "Post",
        """{"data":{"authorId":1},"limit":3}""",
        "{data: PostUncheckedUpdateManyInput{authorId: Int 1}, limit: Int 3}"
    )]
    [InlineData(
        "groupBy",
        "User",
        """{"by":"role","having":{"age":{"_avg":{"gt":1.5}}},"orderBy":{"_count":{"id":"desc"}}}""",
        "{orderBy: [UserOrderByWithAggregationInput{_count: UserCountOrderByAggregateInput{id: SortOrder.desc}}], by: [UserScalarFieldEnum.role], "
            + "having: UserScalarWhereWithAggregatesInput{age: IntNullableWithAggregatesFilter{_avg: NestedFloatNullableFilter{gt: Float 1.5}}}}",
        """{"role":true,"_sum":{"selection":{"age":true}}}"""
    )]
    public void Arguments_are_typed(
        string action,
        string model,
        string arguments,
        string expected,
        string selection = """{"$scalars":true}"""
    ) => Assert.Equal(expected, Documents.Read(action, model, arguments, selection).Arguments);

    [Theory]
    [InlineData(
        "aggregate",
        """{"_count":{"selection":{"_all":true,"id":true}},"_avg":{"selection":{"age":true}}}""",
        "_count[_all id] _avg[age]"
    )]
    [InlineData("deleteMany", """{"$scalars":true}""", "")]
    public void Selections_are_resolved(string action, string selection, string expected) =>
        Assert.Equal(expected, Documents.Read(action, "User", "{}", selection).Selection);

    [Fact]
    public void Raw_sql_has_a_query_and_the_text_of_its_parameters()
    {
        var read = Documents.Read(
            """{"action":"queryRaw","query":{"arguments":{"query":"select $1","parameters":"[1,{\"prisma__type\":\"bigint\",\"prisma__value\":\"2\"}]"},"selection":{}}}"""
        );

        Assert.Equal(
            """{query: String 'select $1', parameters: Json '[1,{"prisma__type":"bigint","prisma__value":"2"}]'}""",
            read.Arguments
        );
        Assert.Equal("queryRaw", read.Operation.ResponseKey);
        Assert.Null(read.Operation.Model);
    }
}
