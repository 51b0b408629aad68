-- Has the documents of stories (A.stories, ids with blanks) written anew.
-- uses: story
for story in string.gmatch(A.stories, '%S+') do mark(story) end
return 1
